import { checkObject, type Pipeline, pipelines } from '@serval/api';
import type { Client } from '@serval/kube/client';
import { isStatusError, namespaces } from '@serval/kube/objects';
import { dump } from 'js-yaml';
import { CliError } from '../../command/cli-error.ts';
import { type Command, listOption, namespaceOption, textOption } from '../../command/command.ts';
import { newPipeline } from '../../pipeline/new-pipeline.ts';
import { parseStages } from '../../pipeline/parse-stages.ts';

export const createPipelineCommand: Command = {
  name: 'create <name>',
  summary: 'make a pipeline of namespaces',
  details: [
    'The stages are in the order in which services go through them. A namespace stays with its stage.',
    '',
    'Examples:',
    '  serval pipeline create fraud -n team-a --stage dev=fraud-dev --stage test=fraud-test --stage prod=fraud-prod --approval prod',
    '  serval pipeline create fraud -n team-a --stage dev=fraud-dev --create-namespaces',
    '  serval pipeline create fraud -n team-a --stage dev=fraud-dev --dry-run -o yaml > fraud.yaml',
  ].join('\n'),
  options: [
    namespaceOption,
    { flags: '--stage <name=namespace>', help: 'a stage; several times', many: true, required: true },
    { flags: '--approval <stage>', help: 'services get into it when somebody approves; several times', many: true },
    { flags: '--create-namespaces', help: 'make the namespaces that are missing, and that of the pipeline' },
    { flags: '--dry-run', help: 'ask the server what would happen, and change nothing' },
    { flags: '-o, --output <form>', help: 'print the pipeline', choices: ['yaml', 'json'] },
  ],
  async run({ args, options, out, connect, signal }) {
    const { client, namespace } = await connect();
    const [name = ''] = args;
    const stages = parseStages(listOption(options, 'stage'));
    const pipeline = newPipeline({ namespace, name, stages, approvals: listOption(options, 'approval') });
    refuseInvalid(pipeline);
    const dryRun = options['dryRun'] === true;
    await refuseExisting(client, pipeline, signal);
    const places = [namespace, ...stages.map((stage) => stage.namespace)];
    const missing = await missingNamespaces(client, [...new Set(places)], signal);
    const isMade = options['createNamespaces'] === true;
    if (!isMade && missing.includes(namespace)) {
      throw new CliError('BadUsage', `namespace ${namespace} does not exist`, {
        hint: 'make it first, or add --create-namespaces',
      });
    }
    for (const place of isMade ? missing : []) {
      await client.create(namespaces, namespaceOf(place), { dryRun, signal });
      out.note(`namespace/${place} created${dryRun ? ' (dry run)' : ''}`);
    }
    // Nothing can be asked of a namespace that was made for trial only.
    const canAsk = !(dryRun && isMade && missing.includes(namespace));
    if (canAsk) await createOnce(client, pipeline, dryRun, signal);
    else out.note(`namespace ${namespace} does not exist yet: checked here, and not by the server`);
    const form = textOption(options, 'output');
    if (form === 'json') out.json(pipeline);
    else if (form === 'yaml') out.print(dump(pipeline, { lineWidth: -1 }).trimEnd());
    else out.print(`pipeline ${namespace}/${name} created${dryRun ? ' (dry run)' : ''}`);
    const left = isMade ? [] : missing.filter((place) => place !== namespace);
    if (left.length > 0) {
      out.note(`missing: ${left.map((place) => `namespace ${place}`).join(', ')}; --create-namespaces makes them`);
    }
    return 0;
  },
};

/** Says all that is wrong at once, before anything is made. */
function refuseInvalid(pipeline: Pipeline): void {
  const { errors } = checkObject(pipeline);
  if (errors.length === 0) return;
  throw new CliError('BadUsage', errors.map(({ path, message }) => `${path} ${message}`).join('; '));
}

async function missingNamespaces(client: Client, names: readonly string[], signal: AbortSignal): Promise<string[]> {
  const found = await Promise.all(
    names.map(async (name) =>
      client.get(namespaces, { name }, { signal }).then(
        () => [],
        (error: unknown) => {
          if (isStatusError(error, 'NotFound')) return [name];
          // Who may not look finds out when they create.
          if (isStatusError(error, 'Forbidden')) return [];
          throw error;
        },
      ),
    ),
  );
  return found.flat();
}

function namespaceOf(name: string) {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
}

async function refuseExisting(client: Client, { metadata }: Pipeline, signal: AbortSignal): Promise<void> {
  const { namespace = '', name = '' } = metadata;
  try {
    await client.get(pipelines, { namespace, name }, { signal });
  } catch (error) {
    if (isStatusError(error, 'NotFound', 'Forbidden')) return;
    throw error;
  }
  throw alreadyThere(namespace, name);
}

async function createOnce(client: Client, pipeline: Pipeline, dryRun: boolean, signal: AbortSignal): Promise<void> {
  try {
    await client.create(pipelines, pipeline, { dryRun, signal });
  } catch (error) {
    const { namespace = '', name = '' } = pipeline.metadata;
    throw isStatusError(error, 'AlreadyExists') ? alreadyThere(namespace, name) : error;
  }
}

function alreadyThere(namespace: string, name: string): CliError {
  return new CliError('AlreadyExists', `pipeline ${namespace}/${name} exists already; it was left as it is`, {
    hint: `"serval pipeline get ${name} -n ${namespace}" shows it; "serval apply" changes it`,
  });
}
