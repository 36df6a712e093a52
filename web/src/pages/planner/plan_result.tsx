import { Alert, Card, Statistic } from "antd";
import type { Gpu } from "../../api/machine";
import type { Band, Plan, QuantPlan } from "../../api/plan_types";
import { useFormat, useText } from "../../lang/language";
import { Copyable } from "../../parts/copyable";
import { Plain } from "../../parts/plain";
import { barsOf, chosenQuant } from "./bars";
import { MemoryBars } from "./memory_bars";
import { Notes } from "./notes";
import { QuantTable } from "./quant_table";
import { SpeedChart } from "./speed_chart";

function Speed({ title, band }: { title: string; band: Band | undefined }) {
  const { planner } = useText();
  const format = useFormat();
  return (
    <div>
      <Statistic
        title={title}
        value={band ? format.decimal(band.value) : planner.unknownSpeed}
        suffix={band && planner.perSecond}
      />
      {band && (
        <div className="faint">{planner.band(format.decimal(band.low), format.decimal(band.high))}</div>
      )}
    </div>
  );
}

function Cost({ gpu, count }: { gpu: Gpu | undefined; count: number }) {
  const { planner } = useText();
  const format = useFormat();
  if (!gpu) return <Statistic title={planner.cost} value={planner.ownMachine} />;
  const price = gpu.facts["price_usd"];
  const watts = gpu.facts["watts"];
  return (
    <div>
      <Statistic
        title={planner.cost}
        value={price ? planner.price(format.money(price.value * count)) : "–"}
      />
      <div className="faint">
        {price && count > 1 && planner.priceEach(count, format.money(price.value))}{" "}
        {price && !price.checked && planner.priceUnchecked}{" "}
        {watts && planner.power(format.count(watts.value * count))}
      </div>
    </div>
  );
}

function Verdict({ quant }: { quant: QuantPlan }) {
  const { planner, common } = useText();
  const format = useFormat();
  const type = quant.runs_on === "no" ? "error" : quant.runs_on === "gpu" ? "success" : "info";
  return (
    <Alert
      type={type}
      showIcon
      role="status"
      message={`${quant.quantization}${common.colon}${planner.fits[quant.runs_on]}`}
      description={quant.runs_on === "no" ? planner.missing(format.gib(quant.missing_bytes)) : undefined}
    />
  );
}

export function PlanResult(props: {
  plan: Plan;
  wanted: string | null;
  gpu: Gpu | undefined;
  count: number;
  onPrecision: (name: string) => void;
}) {
  const { planner } = useText();
  const format = useFormat();
  const { plan } = props;
  const quant = chosenQuant(plan, props.wanted);
  if (!quant) return null;
  const together = plan.users > 1 ? quant.decode_all_users : undefined;
  return (
    <>
      <h2>
        <Plain text={plan.model} /> · {format.parameters(plan.parameters)} · <Plain text={plan.machine} />
      </h2>
      <Verdict quant={quant} />
      <Card size="small">
        <MemoryBars bars={barsOf(plan, quant, planner.mainMemory)} />
      </Card>
      <div className="figures">
        <Speed title={planner.writes} band={quant.decode_tokens_per_second} />
        <Speed title={planner.reads} band={quant.prefill_tokens_per_second} />
        {together && <Speed title={planner.allUsers} band={together} />}
        <Speed title={planner.fullContext} band={quant.decode_full_context} />
        <Cost gpu={props.gpu} count={props.count} />
      </div>
      <p className="faint">
        {plan.calibrated ? planner.calibrated : planner.estimated}{" "}
        {plan.longest_context !== undefined &&
          plan.longest_context > 0 &&
          planner.longest(format.count(plan.longest_context))}
      </p>
      {plan.flags && quant.quantization === plan.best && (
        <section>
          <h3>{planner.flags}</h3>
          <Copyable text={plan.flags.join(" ")} />
        </section>
      )}
      <section>
        <h3>{planner.quantTable}</h3>
        <QuantTable plan={plan} chosen={quant.quantization} onChoose={props.onPrecision} />
        <SpeedChart plans={plan.plans} />
      </section>
      <Notes notes={plan.notes} />
    </>
  );
}
