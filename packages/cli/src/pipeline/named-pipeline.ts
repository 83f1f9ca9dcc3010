import { type Pipeline, pipelines } from '@serval/api';
import type { Client } from '@serval/kube/client';
import { isStatusError } from '@serval/kube/objects';
import { CliError } from '../command/cli-error.ts';

/**
 * The pipeline that a text names, as `NAME` or `NAMESPACE/NAME`.
 *
 * @param namespace  of a name without one
 * @throws CliError BadUsage where there is none of the name
 */
export async function namedPipeline(
  client: Client,
  namespace: string,
  text: string,
  signal: AbortSignal,
): Promise<Pipeline> {
  const [first = '', second, ...more] = text.split('/');
  const target = second === undefined ? { namespace, name: first } : { namespace: first, name: second };
  if (target.namespace === '' || target.name === '' || more.length > 0) {
    throw new CliError('BadUsage', `"${text}" names no pipeline`, { hint: 'as in fraud, or team-a/fraud' });
  }
  try {
    return await client.get(pipelines, target, { signal });
  } catch (error) {
    if (!isStatusError(error, 'NotFound')) throw error;
    throw new CliError('BadUsage', `there is no pipeline ${target.namespace}/${target.name}`, {
      hint: '"serval pipeline list -A" shows all',
    });
  }
}
