import { hostsCover, parseRegistryScope, type RegistryScope } from '@serval/storage/registry-credentials';
import type { MatchKind } from '../place-entries.ts';
import type { SourceKind } from '../sources/source-reader.ts';
import { type PullContent, readPullSecret } from './source-secret.ts';

export const registryMatches: MatchKind<RegistryScope> = { parse: parseRegistryScope, covers: hostsCover };

export const registrySources: SourceKind<RegistryScope, PullContent> = {
  matches: registryMatches,
  use: 'pull',
  parse: readPullSecret,
};
