import { checkObject } from '@serval/api';
import type { KubeObject } from '@serval/kube/objects';
import { percentile } from '../table.ts';
import { manyServices } from './services.ts';

/**
 * A process of its own, as what counts is also the start: prints one line of JSON. `ours`, or `peer` for the compiled schema.
 */
const count = 1000;
const rounds = 15;
const services = manyServices(count);

if (process.argv[2] === 'peer') {
  const { compileServiceSchema } = await import('./compiled-schema.ts');
  const { check, compileMs } = compileServiceSchema();
  const begin = performance.now();
  if (!check(services[0])) throw new Error('the reference refuses a service');
  const startMs = compileMs + performance.now() - begin;
  print(startMs, (service) => check(service));
} else {
  const begin = performance.now();
  const { errors, warnings } = checkObject(services[0]!);
  const startMs = performance.now() - begin;
  if (errors.length + warnings.length > 0) throw new Error(`not valid: ${JSON.stringify([...errors, ...warnings])}`);
  print(startMs, (service) => checkObject(service).errors.length === 0);
}

/** The first round has code that is not compiled yet; the median is of the rounds after it. */
function print(startMs: number, isValid: (service: KubeObject) => boolean): void {
  const perSecond = Array.from({ length: rounds }, () => {
    const begin = performance.now();
    if (!services.every(isValid)) throw new Error('a service is not valid');
    return count / ((performance.now() - begin) / 1000);
  });
  const [first, ...others] = perSecond;
  process.stdout.write(`${JSON.stringify({ startMs, first, perSecond: percentile(others, 0.5) })}\n`);
}
