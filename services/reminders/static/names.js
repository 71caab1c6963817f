// Puts names where this page has none: they stay in intake, which shows them to whoever may see them.
(async () => {
  const at = document.querySelector('[data-names-from]')
  if (!at) return
  const people = new Map()
  const titles = new Map()

  const page = async (number) => {
    const answer = await fetch(`${at.dataset.namesFrom}?page=${number}`)
    return answer.ok ? answer.json() : { count: 0, items: [] }
  }
  const remember = (relationship) => {
    const names = relationship.members.map((member) => member.name)
    titles.set(relationship.id, relationship.label || names.join(' · '))
    for (const member of relationship.members) people.set(member.id, member.name)
  }
  const name = (attribute, names) => {
    for (const element of document.querySelectorAll(`[data-${attribute}]`)) {
      const known = names.get(element.dataset[attribute])
      if (known) element.textContent = known
    }
  }

  let seen = 0
  for (let number = 1, found; number === 1 || (found.items.length && seen < found.count); number += 1) {
    found = await page(number)
    found.items.forEach(remember)
    seen += found.items.length
  }
  name('relationship', titles)
  name('person', people)
})()
