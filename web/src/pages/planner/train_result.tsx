import { Alert, Card, Statistic } from "antd";
import type { Band, TrainPlan } from "../../api/plan_types";
import { useFormat, useText } from "../../lang/language";
import { Plain } from "../../parts/plain";
import { kTrainParts, memoryBar } from "./bars";
import { MemoryBars } from "./memory_bars";
import { Notes } from "./notes";

export function TrainResult({ plan }: { plan: TrainPlan }) {
  const { planner } = useText();
  const format = useFormat();
  const figure = (title: string, band: Band | undefined, show: (value: number) => string) =>
    band && (
      <div>
        <Statistic title={title} value={show(band.value)} />
        <div className="faint">{planner.band(show(band.low), show(band.high))}</div>
      </div>
    );
  const hours = (value: number) => planner.hoursValue(format.decimal(value));
  const methods = Object.entries(plan.methods_bytes).filter(([name]) => name in planner.methods);
  return (
    <div className="stack">
      <h2>
        <Plain text={plan.model} /> · {plan.gpus} × <Plain text={plan.gpu} />
      </h2>
      <Alert
        type={plan.fits ? "success" : "error"}
        showIcon
        message={plan.fits ? planner.fits.gpu : planner.fits.no}
        description={
          plan.fits
            ? planner.trained(format.parameters(plan.trained_parameters), format.parameters(plan.parameters))
            : planner.missing(format.gib(plan.memory_per_gpu.total - plan.usable_bytes))
        }
      />
      <Card size="small" title={planner.trainMemory}>
        <MemoryBars bars={[memoryBar(plan.gpu, plan.memory_per_gpu, kTrainParts, plan.usable_bytes)]} />
      </Card>
      <div className="figures">
        {figure(planner.hours, plan.hours, hours)}
        {figure(planner.gpuHours, plan.gpu_hours, hours)}
        {figure(planner.energy, plan.energy_kwh, (value) => `${format.decimal(value)} kWh`)}
        {figure(planner.rent, plan.rent_usd, format.money)}
      </div>
      {methods.length > 0 && (
        <Card size="small" title={planner.trainMethods}>
          <MemoryBars
            bars={methods.map(([name, bytes]) =>
              memoryBar(
                planner.methods[name as keyof typeof planner.methods],
                { weights: bytes },
                ["weights"],
                plan.usable_bytes,
              ),
            )}
          />
        </Card>
      )}
      <Notes notes={plan.price_source ? [...plan.notes, plan.price_source] : plan.notes} />
    </div>
  );
}
