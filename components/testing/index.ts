export { ManualClock } from './manual-clock.js';
export { seededRandom } from './seeded-random.js';
export {
  type MessageExtra,
  type SessionCall,
  type TestMessage,
  TestSession,
  type TestSessionOptions,
} from './test-session.js';
