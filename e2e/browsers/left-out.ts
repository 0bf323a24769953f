type Tests = { test: RegExp; why: string }

/** Tests of what Playwright cannot do in an installed Firefox, over WebDriver BiDi; its own Firefox is asked them. */
export const BEYOND_PLAYWRIGHT: Tests[] = [
  {
    test: /finds nothing serious on the (settings|memory)/,
    why: 'it loses the page while a script runs beside a dialog',
  },
  { test: /\[A40\] Enter that composes/, why: 'it loses the page while a script runs beside a dialog' },
  { test: /\[A24\] a session is saved as Markdown/, why: 'it sees no downloads' },
  { test: /everything is exported as one file/, why: 'it sees no downloads' },
]

/** What a person has set or has, which Playwright cannot ask an installed Firefox for: one is started that has it. */
export const STARTED_WITH: { name: string; tests: RegExp[]; prefs: Record<string, number> }[] = [
  {
    name: 'dark',
    tests: [/in the dark theme/],
    prefs: { 'layout.css.prefers-color-scheme.content-override': 0 },
  },
  {
    name: 'less motion and forced colours',
    tests: [/\[A46\] with less motion wished for/, /in forced colours what is on/],
    prefs: { 'ui.prefersReducedMotion': 1, 'browser.display.document_color_use': 2 },
  },
  {
    name: 'touch screen',
    tests: [/\[A45\] the page can be zoomed/],
    // One pointer, and a coarse one.
    prefs: { 'ui.primaryPointerCapabilities': 1, 'ui.allPointerCapabilities': 1 },
  },
]
