/** The Kubernetes release whose API this server follows. Clients gate features on it. */
export const versionInfo = Object.freeze({
  major: '1',
  minor: '34',
  gitVersion: 'v1.34.0+serval',
  gitCommit: '',
  gitTreeState: 'clean',
  buildDate: '2025-08-27T00:00:00Z',
  goVersion: 'node',
  compiler: 'v8',
  platform: `${process.platform}/${process.arch}`,
});
