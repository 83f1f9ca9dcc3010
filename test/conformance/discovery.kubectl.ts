import assert from 'node:assert/strict';
import { conformance } from './support.ts';
import { widgets } from './widgets.ts';

conformance('discovery', async (t, kubectl) => {
  await t.test('api-resources shows names, groups, scopes and verbs', async () => {
    const wide = await kubectl('api-resources', '-o', 'wide');
    assert.match(
      wide,
      /^configmaps\s+cm\s+v1\s+true\s+ConfigMap\s+create,delete,deletecollection,get,list,patch,update,watch/m,
    );
    assert.match(wide, /^namespaces\s+ns\s+v1\s+false\s+Namespace\s+create,delete,get,list,patch,update,watch/m);
    assert.match(wide, /^deployments\s+deploy\s+apps\/v1\s+true\s+Deployment\s+.*\s+all/m);
    assert.match(await kubectl('api-resources', '--api-group=batch', '-o', 'name'), /^jobs\.batch$/m);
    assert.match(await kubectl('api-resources', '--namespaced=false', '-o', 'name'), /^nodes$/m);
    assert.doesNotMatch(await kubectl('api-resources', '--verbs=list', '-o', 'name'), /selfsubjectaccessreviews/);
  });

  await t.test('api-versions and version', async () => {
    const versions = (await kubectl('api-versions')).trim().split('\n');
    for (const wanted of [
      'v1',
      'apps/v1',
      'batch/v1',
      'autoscaling/v2',
      'apiextensions.k8s.io/v1',
      'coordination.k8s.io/v1',
    ]) {
      assert.ok(versions.includes(wanted), wanted);
    }
    const version = JSON.parse(await kubectl('version', '-o', 'json'));
    assert.equal(version.serverVersion.major, '1');
    assert.match(await kubectl('cluster-info'), /control plane.* is running at/);
  });

  await t.test('explain built-in kinds', async () => {
    const text = await kubectl('explain', 'deployment.spec.template.spec.containers');
    assert.match(text, /KIND:\s+Deployment\nVERSION:\s+apps\/v1|GROUP:\s+apps\nKIND:\s+Deployment\nVERSION:\s+v1/);
    assert.match(text, /FIELDS?: containers <\[\]Container>/);
    assert.match(text, /^\s+image\s+<string>/m);
    assert.match(
      await kubectl('explain', 'pod', '--recursive'),
      /\n {4}containers\s+<\[\]Container> -required-\n {6}args\s+<\[\]string>/,
    );
    assert.match(await kubectl('explain', 'hpa', '--api-version=autoscaling/v2'), /HorizontalPodAutoscaler/);
    assert.match(await kubectl.fails(['explain', 'pod.spec.nothing']), /field "nothing" does not exist/);
  });

  await t.test('explain, find and forget a custom kind', async () => {
    const crd = widgets(kubectl.minor);
    await kubectl.apply(crd.definition);
    await kubectl('wait', '--for=condition=Established', `crd/${crd.definition.metadata.name}`, '--timeout=10s');
    const recursive = await kubectl('explain', crd.plural, '--recursive');
    assert.match(recursive, /\n {2}spec\s+<Object> -required-\n/);
    assert.match(recursive, /\n {4}size\s+<integer>/);
    assert.match(await kubectl('explain', `${crd.plural}.spec.size`), /How big it is/);
    assert.match(
      await kubectl('api-resources', `--api-group=${crd.group}`, '-o', 'wide'),
      new RegExp(`^${crd.plural}\\s+wd${kubectl.minor}`, 'm'),
    );
    await kubectl('delete', 'crd', crd.definition.metadata.name);
    assert.equal(await kubectl('api-resources', `--api-group=${crd.group}`, '-o', 'name'), '');
    assert.match(await kubectl.fails(['get', crd.plural]), /the server doesn't have a resource type/);
  });

  await t.test('raw paths', async () => {
    assert.equal(await kubectl('get', '--raw', '/healthz'), 'ok');
    assert.equal(await kubectl('get', '--raw', '/readyz?verbose=false'), 'ok');
    assert.equal(JSON.parse(await kubectl('get', '--raw', '/api')).kind, 'APIVersions');
    assert.equal(JSON.parse(await kubectl('get', '--raw', '/apis')).kind, 'APIGroupList');
    assert.equal(JSON.parse(await kubectl('get', '--raw', '/apis/apps')).kind, 'APIGroup');
    assert.equal(JSON.parse(await kubectl('get', '--raw', '/api/v1')).kind, 'APIResourceList');
    assert.match(await kubectl.fails(['get', '--raw', '/nothing/here']), /NotFound/);
  });
});
