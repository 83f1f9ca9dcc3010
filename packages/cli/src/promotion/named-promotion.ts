import { type Promotion, promotions } from '@serval/api';
import type { Client } from '@serval/kube/client';
import { isStatusError } from '@serval/kube/objects';
import { CliError } from '../command/cli-error.ts';

/**
 * The Promotion that a text names, as `NAME` or `promotion/NAME`.
 *
 * @throws CliError BadUsage where there is none of the name
 */
export async function namedPromotion(
  client: Client,
  { namespace, text }: { namespace: string; text: string },
  signal: AbortSignal,
): Promise<Promotion> {
  const name = text.replace(/^promotions?\//, '');
  if (name === '' || name.includes('/')) throw new CliError('BadUsage', `"${text}" names no Promotion`);
  try {
    return await client.get(promotions, { namespace, name }, { signal });
  } catch (error) {
    if (!isStatusError(error, 'NotFound')) throw error;
    throw new CliError('BadUsage', `there is no Promotion ${namespace}/${name}`, {
      hint: `"serval get promotions -n ${namespace}" lists all`,
    });
  }
}
