import type { Pipeline } from '@serval/api';
import { CliError } from '../../command/cli-error.ts';
import { type CommandContext, textOption } from '../../command/command.ts';
import { namedPipeline } from '../../pipeline/named-pipeline.ts';

/**
 * The pipeline that a command names, and the stage of it that `--stage` names.
 *
 * @param furtherStages  names that `--stage` may have as well
 * @throws CliError where there is none of the name.
 */
export async function readPipeline(
  { args, options, connect, signal }: CommandContext,
  furtherStages: readonly string[] = [],
): Promise<{ pipeline: Pipeline; stage: string | undefined }> {
  const { client, namespace } = await connect();
  const pipeline = await namedPipeline(client, namespace, args[0] ?? '', signal);
  const stage = textOption(options, 'stage');
  const stages = pipeline.spec.stages.map((each) => each.name);
  if (stage !== undefined && ![...stages, ...furtherStages].includes(stage)) {
    const { name } = pipeline.metadata;
    throw new CliError('BadUsage', `pipeline ${pipeline.metadata.namespace}/${name} has no stage ${stage}`, {
      hint: `its stages are ${stages.join(', ')}`,
    });
  }
  return { pipeline, stage };
}
