/** When the server of the kill test kills itself. */
export type Moment =
  /** An answer is in the transaction that stores it. */
  | 'storing an answer'
  /** An answer is stored, and not acknowledged. */
  | 'before the ack'
  /** A question is stored, and nobody was told. */
  | 'before the question is seen'
  /** An input is stored, and the application does not have it yet. */
  | 'before an input'
  /** The application has been handed an input, and nothing of it was acknowledged. */
  | 'with an input'
  /** The run has said its end, and it is not stored that it is over. */
  | 'before the work is given back'
  /** It does not. */
  | 'never';

/** How many questions its work asks. */
export const QUESTIONS = 6;
