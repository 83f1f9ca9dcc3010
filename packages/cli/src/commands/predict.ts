import { readFile } from 'node:fs/promises';
import { inferenceServices } from '@serval/api';
import { CliError } from '../command/cli-error.ts';
import { type Command, namespaceOption, textOption } from '../command/command.ts';
import { type PredictProtocol, protocolOf, sendPrediction } from '../predict/send.ts';

export const predictCommand: Command = {
  name: 'predict <name>',
  summary: 'send a request to a service and print its answer',
  details:
    'Examples:\n  serval predict iris -d \'{"instances": [[5.1, 3.5, 1.4, 0.2]]}\'\n  serval predict iris -d @input.json',
  options: [
    namespaceOption,
    { flags: '-d, --data <json>', help: 'the request body as JSON, or @FILE', required: true },
    { flags: '--protocol <version>', help: 'default: as the body looks', choices: ['v1', 'v2'] },
    { flags: '--model <name>', help: 'name of the model in the path (default: the service’s)' },
  ],
  async run({ args, options, out, signal, connect }) {
    const name = args[0] ?? '';
    const data = textOption(options, 'data') ?? '';
    const body = data.startsWith('@') ? await readData(data.slice(1)) : data;
    const detected = protocolOf(body);
    const protocol = (textOption(options, 'protocol') as PredictProtocol | undefined) ?? detected;
    const { client, namespace } = await connect();
    const service = await client.get(inferenceServices, { namespace, name }, { signal });
    const url = service.status?.url;
    if (url === undefined) {
      const ready = service.status?.conditions?.find((condition) => condition.type === 'Ready');
      throw new CliError(
        'NotReady',
        `${name} has no URL yet: ${ready?.message ?? ready?.reason ?? 'nothing reported so far'}`,
        {
          hint: `wait with "serval wait isvc/${name} --for=condition=Ready"`,
        },
      );
    }
    const answer = await sendPrediction(url, textOption(options, 'model') ?? name, protocol, body, signal);
    if (answer.status !== 200) {
      throw new CliError('PredictionFailed', `${name} answered ${answer.status}: ${answer.body.trim().slice(0, 2000)}`);
    }
    out.print(answer.body);
    return 0;
  },
};

async function readData(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((cause: unknown) => {
    throw new CliError('BadUsage', `cannot read ${path}`, { cause });
  });
}
