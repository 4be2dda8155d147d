// Sets light or dark before anything is drawn, so that the page does not flash: what the person chose, else what the system says.
;(() => {
  let chosen
  try {
    chosen = localStorage.getItem('scheme')
  } catch {}
  const dark = chosen === 'dark' || (chosen !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches)
  document.documentElement.dataset.mantineColorScheme = dark ? 'dark' : 'light'
})()
