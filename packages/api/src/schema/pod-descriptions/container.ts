import type { Descriptions } from './descriptions.ts';

const container = {
  name: 'Name of the container, unique in its Pod: lower case, digits and hyphens, at most 63 characters.',
  image: 'Image to run, with its tag or digest.',
  command: 'Replaces the entrypoint of the image. $(NAME) stands for a variable of env.',
  args: 'Arguments of the entrypoint, replacing those of the image. $(NAME) stands for a variable of env.',
  workingDir: 'Directory to start in. Default: that of the image.',
  ports: 'Ports that the container listens on. The first one gets the traffic of the service.',
  envFrom: 'ConfigMaps and Secrets whose keys all become environment variables. env wins over them.',
  env: 'Environment variables.',
  resources: 'CPU, memory and devices that the container asks for and may use at most.',
  resizePolicy: 'What a change of CPU or memory in place means to the running container.',
  restartPolicy: 'Restart policy of this container alone. On an init container, Always makes it a sidecar.',
  restartPolicyRules: 'Rules that decide by the exit code whether to restart, before restartPolicy does.',
  volumeMounts: 'Where volumes of the Pod appear in the file system of the container.',
  volumeDevices: 'Where raw block volumes of the Pod appear as devices.',
  livenessProbe: 'While it fails, the container is restarted. Absent: a running process is alive.',
  readinessProbe: 'While it fails, no traffic is sent here. Absent: ready as soon as started.',
  startupProbe: 'Until it succeeds once, the other probes wait; if it never does, the container is restarted.',
  lifecycle: 'What to do right after the start and right before the end.',
  terminationMessagePath:
    'File whose text is reported as the last word of the container. Default /dev/termination-log.',
  terminationMessagePolicy: 'File (default), or FallbackToLogsOnError: the end of the log when the file is empty.',
  imagePullPolicy: 'Always, IfNotPresent or Never. Default Always for the tag latest, else IfNotPresent.',
  securityContext: 'User, capabilities and confinement. Wins over what the Pod says.',
  stdin: 'Keep a standard input open for the container. Default false.',
  stdinOnce: 'Close the standard input after the first client has left. Default false.',
  tty: 'Give the container a terminal; needs stdin. Default false.',
};

export const containerDescriptions: Descriptions = {
  Container: container,
  EphemeralContainer: {
    ...container,
    targetContainerName: 'Container whose processes this one may see. Default: none.',
  },
  ContainerPort: {
    name: 'Name of the port, unique in the Pod, at most 15 characters; Services and probes may use it.',
    containerPort: 'Number of the port, 1 to 65535.',
    hostPort: 'Port of the node that leads here. Rarely needed, as it limits where the Pod can run.',
    hostIP: 'Address of the node that hostPort is bound to. Default: all.',
    protocol: 'TCP (default), UDP or SCTP.',
  },
  ContainerResizePolicy: {
    resourceName: 'cpu or memory.',
    restartPolicy: 'NotRequired, or RestartContainer when a change needs a new process.',
  },
  ContainerRestartRule: {
    action: 'What to do when the rule applies: Restart.',
    exitCodes: 'Exit codes that the rule applies to.',
  },
  ContainerRestartRuleOnExitCodes: {
    operator: 'In or NotIn.',
    values: 'Exit codes, at most 255 of them.',
  },
  ResourceRequirements: {
    limits: 'The most that may be used, such as {cpu: "2", memory: 4Gi, nvidia.com/gpu: "1"}.',
    requests: 'What is set aside on the node. Default: the limits.',
    claims: 'Claims of resourceClaims that are used here.',
  },
  ResourceClaim: {
    name: 'Name of an entry of resourceClaims of the Pod.',
    request: 'One request of that claim. Default: all of them.',
  },
  VolumeMount: {
    name: 'Name of the volume.',
    mountPath: 'Directory or file in the container; must not contain a colon.',
    readOnly: 'Forbid writing. Default false.',
    recursiveReadOnly: 'Disabled (default), IfPossible or Enabled: whether mounts below are read-only too.',
    subPath: 'Path inside the volume to mount, in place of its root.',
    subPathExpr: 'As subPath, with $(NAME) replaced by environment variables. Not together with subPath.',
    mountPropagation: 'None (default), HostToContainer or Bidirectional: whether later mounts are passed on.',
  },
  VolumeDevice: {
    name: 'Name of a volume backed by a claim with volumeMode Block.',
    devicePath: 'Path of the device in the container.',
  },
};
