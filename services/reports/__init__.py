"""Reports: what clinics learn together, in figures that name and betray no one."""
