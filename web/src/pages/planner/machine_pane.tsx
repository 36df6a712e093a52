import { Alert, Descriptions } from "antd";
import type { Hardware, MachineGpu } from "../../api/machine";
import { useApi } from "../../app/session";
import { useFormat, useText } from "../../lang/language";
import { useLoad } from "../../parts/load";
import { Load } from "../../parts/page";
import { Plain } from "../../parts/plain";
import { Notes } from "./notes";

function Card({ gpu }: { gpu: MachineGpu }) {
  const { planner } = useText();
  const format = useFormat();
  return (
    <div>
      <Plain text={gpu.decoded.name || gpu.driver_name} />
      {gpu.memory_bytes > 0 && ` · ${format.gib(gpu.memory_bytes)}`}
      {gpu.shares_host_memory && ` (${planner.shared})`}
    </div>
  );
}

export function MachineFacts({ machine }: { machine: Hardware }) {
  const { planner } = useText();
  const format = useFormat();
  const { cpu, memory } = machine;
  const rows = [
    {
      key: "cpu",
      label: planner.cpu,
      children: (
        <>
          <Plain text={cpu.model} />
          {cpu.virtual_machine && ` (${planner.virtual})`}
          <div className="faint">
            {planner.cores(cpu.cores, cpu.threads)} · {cpu.isa.join(" ")}
          </div>
        </>
      ),
    },
    {
      key: "memory",
      label: planner.memory,
      children: (
        <>
          {format.gib(memory.total_bytes)} · {planner.memoryFree(format.gib(memory.available_bytes))}
          {memory.read_bytes_per_s > 0 && (
            <div className="faint">{planner.bandwidth(format.decimal(memory.read_bytes_per_s / 1e9))}</div>
          )}
        </>
      ),
    },
    {
      key: "gpus",
      label: planner.gpus,
      children:
        machine.gpus.length === 0
          ? planner.noGpu
          : machine.gpus.map((gpu, at) => <Card key={at} gpu={gpu} />),
    },
    {
      key: "disks",
      label: planner.disks,
      children: machine.disks.map((disk) => (
        <div key={disk.device}>
          <Plain text={disk.model || disk.device} /> · {format.bytes(disk.bytes)}
        </div>
      )),
    },
  ];
  return <Descriptions bordered size="small" column={1} items={rows} />;
}

export function MachinePane() {
  const api = useApi();
  const loaded = useLoad("hardware", (signal) => api.machine.hardware(signal));
  return (
    <Load of={loaded}>
      {(machine) => (
        <div className="stack">
          <MachineFacts machine={machine} />
          {machine.shortfalls.map(({ what, remedy }) => (
            <Alert
              key={what}
              type="warning"
              showIcon
              message={<Plain text={what} />}
              description={<Plain text={remedy} />}
            />
          ))}
          <Notes notes={machine.notes} />
        </div>
      )}
    </Load>
  );
}
