import type { CommandGroup } from '../command/command.ts';
import { generateCommand } from './manifests/generate.ts';

export const manifestsCommands: CommandGroup = {
  name: 'manifests',
  summary: 'generate what is installed into clusters',
  commands: [generateCommand],
};
