"""A small list of invented people, to begin one's own with."""

EXAMPLE = """\
relationship,member,name,email,zone,language,window_days,window_from,window_to,pronouns,label,not_asked,paper
2041,1,Robin,robin@mail.example,Europe/Lisbon,pt-PT,mon-fri,18:00,21:00,,,,report.aggregate
2041,2,Kai,kai@mail.example,Europe/Lisbon,en,sat sun,10:00,12:30,they/them,,,
2042,1,Ira,ira@mail.example,Europe/Paris,fr,mon wed,7:30,9:00,,The three of us,,
2042,2,Noor,,Europe/Paris,en,,,,,,doubt,
2042,3,Sol,sol@mail.example,Africa/Casablanca,ar,tue,19:00,22:00,,,,checkin.email
"""
"""Every column is there; addresses, safe hours and all that follows them may be left empty."""
