/**
 * What is fetched once a run is there and works on it: one script, since each further one would take apart what it shares
 * with the page, which then weighs more.
 */
export { Challenges, Question } from './challenges'
export { Comparison, Kept, Parting } from './compare'
export { Expected } from './expected'
export { ExplorePanel, ExploreSheet } from './explore'
export { Faults } from './faults'
export { Handles, Moves } from './handles'
export { LivePanel } from './live_panel'
export { Order } from './order'
export { Story } from './story'
export { ViewBar } from './view_bar'
