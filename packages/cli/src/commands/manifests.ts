import type { CommandGroup } from '../command/command.ts';
import { diffManifestsCommand } from './manifests/diff.ts';
import { generateCommand } from './manifests/generate.ts';
import { verifyCommand } from './manifests/verify.ts';

export const manifestsCommands: CommandGroup = {
  name: 'manifests',
  summary: 'generate, verify and compare what is installed into clusters',
  commands: [generateCommand, verifyCommand, diffManifestsCommand],
};
