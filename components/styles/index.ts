export { buttons } from './buttons.js';
export { fields } from './fields.js';
export { indicator, indicatorStyles, type Sign, stepPhase } from './indicator.js';
export { inState } from './served-state.js';
export { tokens } from './tokens.js';
