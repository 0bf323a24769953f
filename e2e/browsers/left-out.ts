/** Tests of what Playwright cannot do in an installed Firefox, over WebDriver BiDi; its own Firefox is asked them. */
export const BEYOND_PLAYWRIGHT: { test: RegExp; why: string }[] = [
  { test: /\[A46\] with less motion wished for/, why: 'it cannot wish for less motion' },
  { test: /in forced colours what is on/, why: 'it cannot force colours' },
  { test: /\[A45\] the page can be zoomed/, why: 'it has no touch screen' },
  { test: /in the dark theme/, why: 'it cannot ask for the dark theme' },
  {
    test: /finds nothing serious on the (settings|memory)/,
    why: 'it loses the page while a script runs beside a dialog',
  },
  { test: /\[A40\] Enter that composes/, why: 'it loses the page while a script runs beside a dialog' },
  { test: /\[A24\] a session is saved as Markdown/, why: 'it sees no downloads' },
  { test: /everything is exported as one file/, why: 'it sees no downloads' },
  { test: /\[A36\] a temporary chat reads and writes no memory/, why: 'it cannot read what a request sends' },
]
