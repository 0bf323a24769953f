/**
 * Words that say nothing about what a message is about: English function words, contractions written with and without
 * an apostrophe (it is closed up before), and chat fillers. Negations stay out of questions ("what don't I eat" is found
 * by "eat"), and content verbs stay in.
 */
export const STOP_WORDS: ReadonlySet<string> = new Set(
  `a about above after again against all also am an and any are arent as at be because been before being below between
  both but by can cannot cant could couldnt did didnt do does doesnt doing dont down during each few for from further
  had hadnt has hasnt have havent having he hed hell her here heres hers herself hes him himself his how hows i id if
  ill im in into is isnt it itd itll its itself ive just let lets me more most mustnt my myself no nor not now of off
  on once only or other ought our ours ourselves out over own same shall shant she shed shell shes should shouldnt so
  some such than that thats the their theirs them themselves then there theres these they theyd theyll theyre theyve
  this those through to too under until up upon us very was wasnt we wed well were werent weve what whats when whens
  where wheres which while who whom whos whose why whys will with wont would wouldnt you youd youll your youre yours
  yourself yourselves youve
  hi hello hey hiya yo ok okay oh ah um uh hmm yes yeah yep nope please thanks thank pls lol haha wow
  much many tell know remember say said mention mentioned ask asked want wanna gonna really actually maybe also like got get
  d ll m re s t ve u ur`.split(/\s+/),
)
