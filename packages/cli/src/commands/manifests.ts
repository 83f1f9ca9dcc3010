import type { CommandGroup } from '../command/command.ts';
import { generateCommand } from './manifests/generate.ts';
import { verifyCommand } from './manifests/verify.ts';

export const manifestsCommands: CommandGroup = {
  name: 'manifests',
  summary: 'generate and verify what is installed into clusters',
  commands: [generateCommand, verifyCommand],
};
