import { invalid, isId, LIMITS, parseJson } from '../../protocol/index.js';
import { type Access, isDenial } from '../access/authorize.js';
import type { Door } from '../access/door.js';
import type { Ids } from '../context.js';
import type { TaskInfo } from '../conversation/task-info.js';
import type { Tasks } from '../conversation/tasks.js';
import { denied, error, HttpError, json, readBody } from './answers.js';
import type { Resource, Route } from './handler.js';
import { arrivalOf } from './web-request.js';

/** The addresses of tasks: there are none as long as nobody said how tasks are carried out. */
export class TaskRoutes {
  readonly #tasks: Tasks;
  readonly #door: Door;
  /** Whether people are told apart: each then sees the tasks that are its own. */
  readonly #hasUsers: boolean;

  constructor(tasks: Tasks, door: Door, hasUsers: boolean) {
    this.#tasks = tasks;
    this.#door = door;
    this.#hasUsers = hasUsers;
  }

  /** What is at a path behind the base. */
  resourceAt(path: string): Resource | undefined {
    const [, api, tasks, id, action, beyond] = path.split('/');
    if (api !== 'api' || tasks !== 'tasks' || beyond !== undefined || !this.#tasks.isDefined) return undefined;
    if (id === undefined) return { methods: { GET: this.#for('', this.#list), POST: this.#for('', this.#create) } };
    // What the application is asked for is an id.
    if (!isId(id)) return undefined;
    if (action === undefined) return { methods: { GET: this.#for(id, async () => this.#tasks.get(id)) } };
    if (action === 'run') return { methods: { POST: this.#for(id, () => this.#tasks.run(id)) } };
    if (action === 'cancel') {
      return { methods: { POST: this.#for(id, ({ userId }) => this.#tasks.cancel(id, userId)) } };
    }
    return undefined;
  }

  /** A route for those who may have a task, or, where none is named, tasks. */
  #for(taskId: string, answer: (access: Access, request: Request) => Promise<Response | TaskInfo | undefined>): Route {
    return async (request, url, address) => {
      const arrival = arrivalOf({ sessionId: '', taskId }, request, url, address);
      const decision = await this.#door.ask(this.#door.request(arrival));
      if (isDenial(decision)) return denied(decision);
      if (taskId !== '' && !this.#tasks.isFor(taskId, decision.userId)) return missing();
      const result = await answer(decision, request);
      if (result instanceof Response) return result;
      return result ? json(200, result) : missing();
    };
  }

  readonly #list = async ({ userId }: Access): Promise<Response> => {
    const isSeen = (ids: Ids) => !this.#hasUsers || ids.userId === userId;
    return json(200, this.#tasks.list({ which: isSeen }));
  };

  readonly #create = async ({ userId }: Access, request: Request): Promise<Response> => {
    const body = await readBody(request, LIMITS.message);
    if (!body) {
      throw new HttpError(413, 'too_large', `status-messenger: got a body over ${LIMITS.message} bytes; send a link`);
    }
    const text = body.toString();
    const input = parseJson(text);
    if (input === undefined || typeof input === 'string') {
      throw invalid('body', text, 'a JSON object', 'send { "input_prompt": … }');
    }
    // What it is to be is checked there.
    const task = await this.#tasks.create(
      input as Parameters<Tasks['create']>[0],
      userId === undefined ? {} : { userId },
    );
    return json(201, task);
  };
}

function missing(): Response {
  return error(404, 'not_found', 'status-messenger: there is no such task');
}
