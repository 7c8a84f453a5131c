/** What is asked of the server: an answer to a question, or that nobody will give one. */
export interface Reply {
  readonly questionId: string;
  /** None where it is declined. */
  readonly answer?: unknown;
}

/** What `<status-question>` fires. Each can be prevented, and neither bubbles. */
export interface StatusQuestionEventMap {
  /** An answer is to be sent. */
  answer: CustomEvent<Reply>;
  /** It is to be sent that there will be no answer. */
  decline: CustomEvent<Reply>;
}
