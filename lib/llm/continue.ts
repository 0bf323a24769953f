/** Asks for the rest of a reply that was cut off; a turn of its own, because few servers go on from an assistant's turn. */
export const CONTINUE =
  'Your last message was cut off. Go on exactly where it stopped: write only what comes next, repeat nothing, add no introduction.'
