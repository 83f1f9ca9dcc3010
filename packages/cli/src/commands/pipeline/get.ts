import { type Command, jsonOption, namespaceOption } from '../../command/command.ts';
import {
  ownLines,
  pipelineRow,
  problemLines,
  reviewColumns,
  reviewRows,
  stageColumns,
  stageRows,
} from '../../pipeline/rows.ts';
import { readPipeline } from './read-pipeline.ts';

export const getPipelineCommand: Command = {
  name: 'get <name>',
  summary: 'the stages of a pipeline: namespace, services, Secrets',
  options: [namespaceOption, jsonOption],
  async run(context) {
    const { options, out } = context;
    const { pipeline } = await readPipeline(context);
    const { ready, reason } = pipelineRow(pipeline);
    const stages = stageRows(pipeline);
    const own = ownLines(pipeline);
    const reviews = reviewRows(pipeline);
    if (options['json'] === true) out.json({ ready, reason, stages, own, reviews });
    else {
      out.table(stages, stageColumns);
      if (reviews.length > 0) {
        out.print('');
        out.table(reviews, reviewColumns);
      }
      const lines = [...problemLines(pipeline, undefined), ...own];
      if (lines.length > 0) out.print(`\n${lines.join('\n')}`);
    }
    return ready === 'True' ? 0 : 1;
  },
};
