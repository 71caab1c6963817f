// Leave: empties the page at once, then replaces it, so that Back does not return to it.
(() => {
  const PRESSES = 3
  const WITHIN_MS = 5000
  let pressed = []

  const leave = () => {
    document.documentElement.classList.add('gone')
    document.title = 'Page'
    window.location.replace(document.querySelector('[data-leave]').href)
  }

  for (const link of document.querySelectorAll('[data-leave]')) {
    link.addEventListener('click', (event) => {
      event.preventDefault()
      leave()
    })
  }

  document.addEventListener('keyup', (event) => {
    if (event.key !== 'Shift') {
      pressed = []
      return
    }
    const now = Date.now()
    pressed = [...pressed.filter((at) => now - at < WITHIN_MS), now]
    if (pressed.length >= PRESSES) leave()
  })

  window.addEventListener('pageshow', (event) => {
    if (event.persisted) window.location.reload()
  })
})()
