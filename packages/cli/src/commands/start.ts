import { fileURLToPath } from 'node:url';
import { describeError } from '../command/cli-error.ts';
import type { Command, CommandContext } from '../command/command.ts';
import { type Example, loadExamples } from '../examples/examples.ts';
import { type ServedExample, serveExample } from '../examples/serve-example.ts';
import { runPlatform, untilStopped } from '../platform/run-platform.ts';
import type { Platform } from '../platform/start-platform.ts';
import { printSummary } from './up.ts';
import { upOptions } from './up-options.ts';

const examplesFolder = fileURLToPath(new URL('../../../../examples', import.meta.url));

export const startCommand: Command = {
  name: 'start',
  summary: 'serval up, with the examples of this clone deployed and asked for a prediction',
  hidden: true,
  options: [...upOptions, { flags: '--once', help: 'check the examples, then stop everything' }],
  async run(context) {
    const examples = await loadExamples(examplesFolder, process.cwd());
    return runPlatform(context, { modelStore: examplesFolder }, async (platform) => {
      const failures = await serveAll(context, platform, examples);
      if (context.options['once'] === true) {
        context.out.note(
          failures === 0
            ? `all ${examples.length} examples predicted right`
            : `${failures} of ${examples.length} examples failed`,
        );
        return failures === 0 ? 0 : 1;
      }
      printSummary(context, platform);
      await untilStopped(context.signal);
      return 0;
    });
  },
};

/** Serves the examples side by side and prints each one's outcome; answers how many failed. */
async function serveAll(context: CommandContext, platform: Platform, examples: readonly Example[]): Promise<number> {
  const { out, signal } = context;
  const width = Math.max(...examples.map(({ name }) => name.length)) + 2;
  const outcomes = await Promise.allSettled(
    examples.map((example) =>
      serveExample(platform.client, example, signal, (step) => out.note(`${example.name.padEnd(width)}${step}`)),
    ),
  );
  signal.throwIfAborted();
  let failures = 0;
  for (const [index, outcome] of outcomes.entries()) {
    const example = examples[index] as Example;
    if (outcome.status === 'fulfilled' && outcome.value.difference === undefined)
      printExample(context, example, outcome.value);
    else {
      failures++;
      const why =
        outcome.status === 'rejected' ? describeError(outcome.reason) : `wrong prediction, ${outcome.value.difference}`;
      out.note(`\n${example.name}: ${why}`);
    }
  }
  return failures;
}

function printExample({ out }: CommandContext, { name, inputPath }: Example, { url, answer }: ServedExample): void {
  out.print(
    [
      '',
      `${out.strong(name)}  ${url}`,
      `  curl ${url}/v1/models/${name}:predict -d @${inputPath}`,
      `  ${answer.length > 160 ? `${answer.slice(0, 157)}…` : answer}`,
    ].join('\n'),
  );
}
