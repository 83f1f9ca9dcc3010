import { CliError } from '../command/cli-error.ts';

export interface StageChoice {
  name: string;
  namespace: string;
}

/**
 * `--stage dev=fraud-dev`, in the order in which services go through them.
 *
 * @throws CliError BadUsage for what is not NAME=NAMESPACE, or names a stage twice
 */
export function parseStages(texts: readonly string[]): StageChoice[] {
  const stages = texts.map((text) => {
    const [name = '', namespace = '', ...more] = text.split('=');
    if (name === '' || namespace === '' || more.length > 0) {
      throw new CliError('BadUsage', `--stage ${text}: expected NAME=NAMESPACE`, {
        hint: 'as in --stage dev=fraud-dev --stage prod=fraud-prod',
      });
    }
    return { name, namespace };
  });
  for (const key of ['name', 'namespace'] as const) {
    const twice = stages.find((stage, index) => stages.findIndex((other) => other[key] === stage[key]) !== index);
    if (twice) throw new CliError('BadUsage', `two stages have the ${key} ${twice[key]}`);
  }
  return stages;
}
