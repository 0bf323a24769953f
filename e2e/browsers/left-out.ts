type Tests = { test: RegExp; why: string }

/** A fault of its own (seen in 153 ESR: a null pointer in libxul, each time at the same address). */
const CRASH = 'its page crashes under a script that looks at all of it beside a dialog'

/** Tests of what cannot be done in an installed Firefox, over WebDriver BiDi; Playwright's own is asked them. */
export const BEYOND_PLAYWRIGHT: Tests[] = [
  { test: /finds nothing serious on (the settings|the memory|a phone)/, why: CRASH },
  { test: /\[A40\] Enter that composes/, why: CRASH },
  { test: /\[A24\] a session is saved as Markdown/, why: 'it sees no downloads' },
  { test: /everything is exported as one file/, why: 'it sees no downloads' },
  { test: /what my program saved is a file/, why: 'it sees no downloads' },
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
