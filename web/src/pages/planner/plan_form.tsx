import { AutoComplete, Form, InputNumber, Select, Slider } from "antd";
import { useEffect, useMemo, useState } from "react";
import type { CatalogueModel, Gpu, PlanJob, PlanRequest } from "../../api/machine";
import { useFormat, useText } from "../../lang/language";
import { oneLine } from "../../text/printable";

const kPrecisions = ["F16", "Q8_0", "Q6_K", "Q5_K_M", "Q4_K_M", "IQ4_XS", "Q3_K_M", "Q2_K"];
const kTypingMs = 350;
const kContextSteps = [1024, 2048, 4096, 8192, 16384, 32768, 65536, 131072, 262144];

export function PlanForm(props: {
  request: PlanRequest;
  onChange: (request: PlanRequest) => void;
  gpus: Gpu[];
  models: CatalogueModel[];
}) {
  const { planner, common } = useText();
  const format = useFormat();
  const { request, onChange } = props;
  const [typed, setTyped] = useState(request.model);
  const training = request.job !== "infer";
  const set = (change: Partial<PlanRequest>) => onChange({ ...request, ...change });

  useEffect(() => {
    const timer = setTimeout(() => {
      if (typed.trim() !== request.model) onChange({ ...request, model: typed.trim() });
    }, kTypingMs);
    return () => clearTimeout(timer);
  }, [typed, request, onChange]);

  const known = useMemo(
    () =>
      props.models
        .filter((model) => model.architecture)
        .map((model) => ({ value: model.id, label: oneLine(model.name) })),
    [props.models],
  );
  const cards = useMemo(
    () => [
      { value: "here", label: planner.here },
      ...props.gpus.map((gpu) => ({ value: gpu.name, label: oneLine(gpu.name) })),
    ],
    [props.gpus, planner.here],
  );
  const step = Math.max(
    0,
    kContextSteps.findIndex((tokens) => tokens >= request.context),
  );
  return (
    <Form layout="vertical" className="planner-form">
      <Form.Item label={planner.model} extra={planner.modelHint} htmlFor="plan-model">
        <AutoComplete
          id="plan-model"
          value={typed}
          options={known}
          onChange={setTyped}
          filterOption={(input, option) =>
            `${option?.label ?? ""} ${option?.value ?? ""}`.toLowerCase().includes(input.toLowerCase())
          }
        />
      </Form.Item>
      <Form.Item label={planner.job} htmlFor="plan-job">
        <Select<PlanJob>
          id="plan-job"
          value={request.job}
          options={(Object.keys(planner.jobs) as PlanJob[]).map((value) => ({
            value,
            label: planner.jobs[value],
          }))}
          onChange={(job) => set({ job })}
        />
      </Form.Item>
      <Form.Item label={planner.hardware} htmlFor="plan-hardware">
        <Select
          id="plan-hardware"
          showSearch
          value={request.hardware}
          options={cards}
          onChange={(hardware) => set({ hardware })}
        />
      </Form.Item>
      {request.hardware !== "here" && (
        <Form.Item label={planner.count} htmlFor="plan-count">
          <InputNumber
            id="plan-count"
            min={1}
            max={64}
            precision={0}
            value={request.count}
            onChange={(count) => set({ count: count ?? 1 })}
          />
        </Form.Item>
      )}
      {!training && (
        <>
          <Form.Item label={planner.precision} htmlFor="plan-precision">
            <Select
              id="plan-precision"
              value={request.precision ?? ""}
              options={[
                { value: "", label: planner.best },
                ...kPrecisions.map((value) => ({ value, label: value })),
              ]}
              onChange={(value) => set({ precision: value === "" ? null : value })}
            />
          </Form.Item>
          <Form.Item
            label={`${planner.context}${common.colon}${planner.tokens(format.count(request.context))}`}
          >
            <Slider
              min={0}
              max={kContextSteps.length - 1}
              value={step}
              ariaLabelForHandle={planner.context}
              ariaValueTextFormatterForHandle={(at) => planner.tokens(format.count(kContextSteps[at] ?? 0))}
              tooltip={{ formatter: (at) => format.count(kContextSteps[at ?? 0] ?? 0) }}
              onChange={(at) => set({ context: kContextSteps[at] ?? 4096 })}
            />
          </Form.Item>
          <Form.Item label={planner.users} htmlFor="plan-users">
            <InputNumber
              id="plan-users"
              min={1}
              max={1000}
              precision={0}
              value={request.users}
              onChange={(users) => set({ users: users ?? 1 })}
            />
          </Form.Item>
        </>
      )}
    </Form>
  );
}
