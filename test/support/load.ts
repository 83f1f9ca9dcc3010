import { request } from 'undici';

export interface Load {
  /** Ends it, after the requests under way. */
  stop(): Promise<LoadReport>;
}

export interface LoadReport {
  answered: number;
  /** One line for each request that had no answer, or not the status 200. */
  failures: string[];
  /** How often each body came. */
  bodies: Map<string, number>;
}

/** `workers` clients that each send one request after the other, over connections that are used again. */
export function startLoad(url: string, options: { host: string; body: string; workers: number }): Load {
  const report: LoadReport = { answered: 0, failures: [], bodies: new Map() };
  let running = true;
  const worker = async (): Promise<void> => {
    while (running) {
      try {
        const response = await request(url, {
          method: 'POST',
          headers: { host: options.host, 'content-type': 'application/json' },
          body: options.body,
        });
        const text = await response.body.text();
        if (response.statusCode !== 200) report.failures.push(`${response.statusCode} ${text}`);
        else {
          report.answered++;
          report.bodies.set(text, (report.bodies.get(text) ?? 0) + 1);
        }
      } catch (error) {
        report.failures.push(String(error));
      }
    }
  };
  const workers = Array.from({ length: options.workers }, worker);
  return {
    async stop() {
      running = false;
      await Promise.all(workers);
      return report;
    },
  };
}
