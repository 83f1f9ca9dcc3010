import type { Answer } from './serving.ts';

/** Requests sent one after the other on several lines at once, until it is ended. */
export interface Load {
  /** Answers since the last call, and connections that failed, as status 0. */
  take(): Answer[];
  end(): Promise<void>;
}

export function startLoad(send: () => Promise<Answer>, lines = 4): Load {
  let answers: Answer[] = [];
  let ended = false;
  const run = async () => {
    while (!ended) {
      const failed = (error: Error): Answer => ({ status: 0, headers: {}, body: error.message });
      answers.push(await send().catch(failed));
    }
  };
  const running = Array.from({ length: lines }, run);
  return {
    take() {
      const taken = answers;
      answers = [];
      return taken;
    },
    async end() {
      ended = true;
      await Promise.all(running);
    },
  };
}
