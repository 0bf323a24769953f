import { common, createLowlight } from 'lowlight'

/** The common grammars and their aliases. Imported on demand only. */
export const lowlight = createLowlight(common)
