import { type Pipeline, pipelines } from '@serval/api';
import { isStatusError } from '@serval/kube/objects';
import { CliError } from '../../command/cli-error.ts';
import { type CommandContext, textOption } from '../../command/command.ts';

/**
 * The pipeline that a command names, and the stage of it that `--stage` names.
 *
 * @throws CliError where there is none of the name.
 */
export async function readPipeline({
  args,
  options,
  connect,
  signal,
}: CommandContext): Promise<{ pipeline: Pipeline; stage: string | undefined }> {
  const { client, namespace } = await connect();
  const [name = ''] = args;
  const stage = textOption(options, 'stage');
  try {
    const pipeline = await client.get(pipelines, { namespace, name }, { signal });
    const stages = pipeline.spec.stages.map((each) => each.name);
    if (stage !== undefined && !stages.includes(stage)) {
      throw new CliError('BadUsage', `pipeline ${namespace}/${name} has no stage ${stage}`, {
        hint: `its stages are ${stages.join(', ')}`,
      });
    }
    return { pipeline, stage };
  } catch (error) {
    if (!isStatusError(error, 'NotFound')) throw error;
    throw new CliError('BadUsage', `there is no pipeline ${namespace}/${name}`, {
      hint: '"serval pipeline list -A" shows all',
    });
  }
}
