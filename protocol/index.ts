export {
  assertId,
  type ChannelKind,
  type ChannelName,
  channelName,
  ID_RULE,
  isChannelName,
  isId,
  isRunChannel,
  isRunId,
  parseAfter,
  splitChannel,
} from './addresses.js';
export { schemaProblem } from './answer-schema.js';
export { assertFields, isObject } from './check.js';
export { type Clock, elapsed } from './clock.js';
export { CloseCode, type CloseVerdict, closeReason, closeVerdict, retryAfter, retryReason } from './close.js';
export { describe, type ErrorCode, invalid, messageOf, StatusMessengerError, textOf } from './errors.js';
export { apply, applyAll } from './fold.js';
export {
  type AnswerReading,
  type AnswerSchema,
  type Asked,
  type BooleanField,
  type ChoiceField,
  type ChoicesField,
  type Form,
  type FormField,
  type NumberField,
  type Option,
  optionOf,
  optionsOf,
  type TextField,
  type TitledConst,
} from './form.js';
export {
  type Ack,
  type AnswerData,
  type ClientFrame,
  type ClientFrameReading,
  type Connected,
  parseJson,
  readAck,
  readClientFrame,
  readConnected,
  readHeartbeat,
} from './frames.js';
export { clipText, type JsonObject, type JsonValue, jsonSize, jsonTextSize } from './json.js';
export { LIMITS } from './limits.js';
export {
  type AnsweredData,
  type BuiltInMessage,
  type Choice,
  type CompleteData,
  dataProblem,
  type Envelope,
  type ErrorData,
  type EventData,
  envelopeProblem,
  isAnswered,
  isBuiltInMessage,
  type KnownMessage,
  type Level,
  type Message,
  type MessageType,
  type MessageTypes,
  type Outcome,
  type ProgressData,
  type QuestionData,
  type ResultData,
  readMessage,
  type StatusData,
  statusText,
  type TaskData,
  type TaskStatus,
} from './messages.js';
export { formatPosition, type Position, parsePosition, type Succession, succession } from './position.js';
export { readAnswer } from './read-answer.js';
export {
  type ChannelState,
  type End,
  type ErrorView,
  endOfTask,
  hasEnded,
  initialState,
  type KeptMessage,
  openQuestion,
  type Phase,
  type ProgressView,
  type QuestionView,
  type ResultView,
  readState,
  type StatusView,
  type StepNode,
  type StepView,
  stepTree,
  type TaskView,
} from './state.js';
export { readStepEvent, type StepEvent } from './step-events.js';
