import { type Command, jsonOption, namespaceOption } from '../../command/command.ts';
import { pipelineRow, problemLines, stageColumns, stageRows } from '../../pipeline/rows.ts';
import { readPipeline } from './read-pipeline.ts';

export const getPipelineCommand: Command = {
  name: 'get <name>',
  summary: 'the stages of a pipeline: namespace, services, pull Secret',
  options: [namespaceOption, jsonOption],
  async run(context) {
    const { options, out } = context;
    const { pipeline } = await readPipeline(context);
    const { ready, reason } = pipelineRow(pipeline);
    const stages = stageRows(pipeline);
    if (options['json'] === true) out.json({ ready, reason, stages });
    else {
      out.table(stages, stageColumns);
      const problems = problemLines(pipeline, undefined);
      if (problems.length > 0) out.print(`\n${problems.join('\n')}`);
    }
    return ready === 'True' ? 0 : 1;
  },
};
