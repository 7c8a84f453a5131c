/** What is not yet as its test says: it runs, and is told apart from what must pass. */
export const TO_DO: ReadonlySet<string> = new Set([
  'a question that the application says by itself is answered in the log, whatever schema it has',
  'a text: all of it is walked through, as a step with its progress',
  'memory: an answer stands however many questions were asked since',
  'memory: one key in a session and its thread: what is over in one is still open in the other',
  'memory: one key in two threads is two questions, and each answer reaches its own',
  'sqlite: an answer stands however many questions were asked since',
  'sqlite: one key in a session and its thread: what is over in one is still open in the other',
  'sqlite: one key in two threads is two questions, and each answer reaches its own',
  'that a default holds is tried again where it could not be stored: nobody waits for ever',
  'what cannot be asked is refused before anybody sees it, with what to do',
]);
