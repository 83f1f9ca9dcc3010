import type { CommandGroup } from '../command/command.ts';
import { createPipelineCommand } from './pipeline/create.ts';
import { effectiveCommand } from './pipeline/effective.ts';
import { getPipelineCommand } from './pipeline/get.ts';
import { historyCommand } from './pipeline/history.ts';
import { importPipelinesCommand } from './pipeline/import.ts';
import { listPipelinesCommand } from './pipeline/list.ts';

export const pipelineCommands: CommandGroup = {
  name: 'pipeline',
  summary: 'stages of pipelines, and the credentials that hold in them',
  commands: [
    listPipelinesCommand,
    getPipelineCommand,
    createPipelineCommand,
    effectiveCommand,
    historyCommand,
    importPipelinesCommand,
  ],
};
