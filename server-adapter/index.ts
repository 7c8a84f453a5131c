export type { AccessRequest, Authorize, Grant, Refusal } from './access/authorize.js';
export {
  addStatusMessage,
  ask,
  complete,
  fail,
  getStatusMessages,
  progress,
  publishAgentEvent,
  result,
  runWithSession,
  setupStatusMessenger,
  step,
  streamStatusUpdates,
  track,
  withAgent,
} from './calls.js';
export type { ChannelLog, ChannelStore, Claim, Decision, StoreUser } from './channels/channel-store.js';
export type { TailBounds } from './channels/memory-log.js';
export { MemoryStore, type MemoryStoreOptions } from './channels/memory-store.js';
export type { Composed, Outgoing, SendOptions, SendResult, StatusExtra } from './compose.js';
export { type Context, type Context as ExecutionContext, currentContext, type Ids } from './context.js';
export type { AnswerTo, AskOptions } from './conversation/ask-options.js';
export { UnansweredError } from './conversation/questions.js';
export type { Progress } from './conversation/run-messages.js';
export type { TrackOptions } from './conversation/steps.js';
export type { TaskInfo, TaskInput } from './conversation/task-info.js';
export type { TaskOptions } from './conversation/task-run.js';
export type { Task, TaskRunner, Tasks } from './conversation/tasks.js';
export type { HttpServer } from './delivery/shared-server.js';
export type { AttachOptions, ConnectionIds } from './endpoint-options.js';
export type { Middleware, RequestSessionOptions } from './http/request-sessions.js';
export type { Logger } from './logger.js';
export { type CloseOptions, StatusMessenger } from './messenger.js';
export type { Limits, MessengerOptions } from './options.js';
export { PublicError } from './public-error.js';
export type { Member } from './routing/memberships.js';
export type { Session } from './session.js';
export type { InputHandler, SessionHandler } from './sessions.js';
export type { PubSubOptions, WaitingBounds } from './sinks/pubsub-options.js';
export type { StatusUpdate } from './updates.js';
