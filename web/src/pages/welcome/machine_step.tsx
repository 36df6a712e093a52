import { useApi } from "../../app/session";
import { useText } from "../../lang/language";
import { useLoad } from "../../parts/load";
import { Load } from "../../parts/page";
import { MachineFacts } from "../planner/machine_pane";

export function MachineStep() {
  const { welcome } = useText();
  const api = useApi();
  const loaded = useLoad("hardware", (signal) => api.machine.hardware(signal));
  return (
    <>
      <h2>{welcome.machineTitle}</h2>
      <Load of={loaded}>{(machine) => <MachineFacts machine={machine} />}</Load>
    </>
  );
}
