import type { CommandGroup } from '../command/command.ts';
import { effectiveCommand } from './pipeline/effective.ts';
import { getPipelineCommand } from './pipeline/get.ts';
import { listPipelinesCommand } from './pipeline/list.ts';

export const pipelineCommands: CommandGroup = {
  name: 'pipeline',
  summary: 'stages of pipelines, and the credentials that hold in them',
  commands: [listPipelinesCommand, getPipelineCommand, effectiveCommand],
};
