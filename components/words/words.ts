/** Every text that the elements show. What a function is handed is ready to be shown: numbers and times are written in the language already. */
export interface Words {
  // How the page stands to its server
  readonly connecting: string;
  readonly live: string;
  readonly notConnected: string;
  readonly reconnecting: string;
  readonly offline: string;
  readonly offlineHint: string;
  /** Of a connection: the server said that it is over. How the run ended is told by its phase. */
  readonly ended: string;
  /** `reason` is the server's, and may be empty. */
  readonly refused: (reason: string) => string;
  readonly lastKnown: (ago: string) => string;
  readonly updated: (ago: string) => string;
  readonly retryIn: (time: string) => string;
  readonly retrying: string;
  readonly retryNow: string;
  readonly connect: string;
  readonly tryAgain: string;
  readonly connectionLost: string;
  readonly connectionBack: string;
  readonly connection: string;

  // How a run or a step stands
  readonly waitingForStatus: string;
  readonly idle: string;
  readonly running: string;
  readonly waiting: string;
  readonly completed: string;
  readonly failed: string;
  readonly cancelled: string;
  /** A step whose run ended before it did. */
  readonly stopped: string;
  readonly stepBegun: (label: string) => string;

  // Controls
  readonly controls: string;
  readonly stop: string;
  readonly stopQuestion: string;
  readonly stopConfirm: string;
  readonly keepRunning: string;
  readonly stopRequested: string;
  readonly restart: string;
  readonly restartRequested: string;
  readonly sending: string;
  /** What was sent waits for the connection. */
  readonly queued: string;
  readonly notAccepted: (reason: string) => string;
  readonly notSent: string;
  readonly noSession: string;

  // Timeline
  readonly timeline: string;
  readonly timelineEmpty: string;
  readonly allAgents: string;
  readonly agents: string;
  /** Where nothing is there of the agents that were chosen. */
  readonly nothingOf: (agents: string) => string;
  readonly toLatest: string;
  readonly newEntries: (count: number, shown: string) => string;
  readonly steps: (count: number, shown: string) => string;
  readonly earlier: string;
  readonly show: string;
  readonly hide: string;
  readonly warning: string;
  readonly error: string;
  /** Stands where entries were. */
  readonly notKept: string;

  // Progress
  readonly progress: string;
  readonly ofTotal: (value: string, max: string) => string;
  readonly elapsed: (time: string) => string;
  readonly remaining: (time: string) => string;
  readonly perSecond: (amount: string) => string;
  readonly perMinute: (amount: string) => string;

  // Questions
  readonly question: string;
  readonly questionFrom: (agent: string) => string;
  readonly noQuestion: string;
  readonly answer: string;
  readonly yes: string;
  readonly no: string;
  readonly send: string;
  readonly decline: string;
  readonly accepted: string;
  readonly answered: (answer: string) => string;
  readonly answeredBy: (who: string) => string;
  /** Where nobody knows who that was; it may have been the reader. */
  readonly answeredByViewer: string;
  readonly tooLate: string;
  /** What was written for a question that has ended before it was sent. */
  readonly begunAnswer: (text: string) => string;
  readonly declined: string;
  readonly expired: string;
  /** `answer` is the one that stands when nobody gives another. */
  readonly expiredWith: (answer: string) => string;
  readonly questionCancelled: string;
  readonly timeLeft: (time: string) => string;
  readonly timeOver: string;
  /** `answer` is the one that counts when nobody gives another. */
  readonly withoutAnswer: (answer: string) => string;
  /** Marks that answer among others. */
  readonly byDefault: string;
  readonly moreQuestions: (count: number, shown: string) => string;
  readonly required: string;
  readonly optional: string;
  readonly chooseOne: string;
  readonly chooseSeveral: string;
  readonly atLeast: (min: string) => string;
  readonly atMost: (max: string) => string;
  readonly minLength: (min: string) => string;
  readonly maxLength: (max: string) => string;
  readonly minItems: (min: string) => string;
  readonly maxItems: (max: string) => string;
  readonly exactItems: (count: string) => string;
  readonly notANumber: string;
  readonly notAnInteger: string;
  readonly notAnEmail: string;
  readonly notAnAddress: string;
  readonly notADate: string;
  readonly invalid: string;

  // Results
  readonly results: string;
  readonly noResults: string;
  readonly resultOf: (agent: string) => string;
  readonly summary: string;
  readonly copy: string;
  readonly copied: string;
  readonly notCopied: string;
  readonly truncated: string;
  readonly more: string;
  readonly emptyList: string;
  readonly emptyText: string;
  readonly items: (count: number, shown: string) => string;

  // Panel and attention
  readonly panel: string;
  readonly details: string;
  /** Stands before the title of a page whose run waits for a person. */
  readonly needsYou: string;
  readonly notify: string;
}
