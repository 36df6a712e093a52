import {
  CheckCircleOutlined,
  CloseCircleOutlined,
  ExclamationCircleOutlined,
  MinusCircleOutlined,
} from "@ant-design/icons";
import { Alert, Button, Form, Input, Timeline } from "antd";
import { useState } from "react";
import type { Collection } from "../../api/library";
import type { Stage, Why } from "../../api/search";
import { useApi } from "../../app/session";
import { useText } from "../../lang/language";
import { useAction } from "../../parts/action";
import { CollectionPicker } from "../../parts/collection_picker";
import { Plain } from "../../parts/plain";

const kLook: Record<Stage["state"], { color: string; dot: JSX.Element }> = {
  passed: { color: "green", dot: <CheckCircleOutlined aria-hidden /> },
  weak: { color: "orange", dot: <ExclamationCircleOutlined aria-hidden /> },
  lost: { color: "red", dot: <CloseCircleOutlined aria-hidden /> },
  skipped: { color: "gray", dot: <MinusCircleOutlined aria-hidden /> },
};

export function WhyPane({ collections, question }: { collections: Collection[]; question: string }) {
  const { search, common } = useText();
  const api = useApi();
  const { busy, act } = useAction();
  const [why, setWhy] = useState<Why | null>(null);
  const [chosen, setChosen] = useState<number[]>([]);
  const follow = (values: { question: string; passage: string }) =>
    act(async () => setWhy(await api.search.why(values.question.trim(), values.passage.trim(), chosen)));
  return (
    <div className="stack">
      <p className="page-intro">{search.whyIntro}</p>
      <Form
        layout="vertical"
        requiredMark={false}
        initialValues={{ question }}
        onFinish={(values) => void follow(values)}
      >
        <Form.Item name="question" label={search.question} rules={[{ required: true, whitespace: true }]}>
          <Input maxLength={4000} />
        </Form.Item>
        <Form.Item name="passage" label={search.passage} rules={[{ required: true, whitespace: true }]}>
          <Input.TextArea rows={4} maxLength={8000} />
        </Form.Item>
        <div className="row">
          <Button type="primary" htmlType="submit" loading={busy}>
            {search.whySubmit}
          </Button>
          <CollectionPicker
            collections={collections}
            chosen={chosen}
            label={search.label}
            onChange={setChosen}
          />
        </div>
      </Form>
      {why && (
        <section aria-live="polite">
          <Alert
            type={why.found ? "success" : "warning"}
            showIcon
            message={why.found ? search.found : search.lost}
          />
          <Timeline
            className="stages"
            items={why.stages.map((stage) => ({
              ...kLook[stage.state],
              children: (
                <>
                  <strong>
                    <Plain text={stage.title} />
                  </strong>{" "}
                  <span className={`stage-${stage.state}`}>{search.states[stage.state]}</span>
                  {stage.text && (
                    <div>
                      <Plain text={stage.text} lines />
                    </div>
                  )}
                  {stage.remedy && (
                    <div className="stage-remedy">
                      {search.remedy}
                      {common.colon}
                      <Plain text={stage.remedy} lines />
                    </div>
                  )}
                </>
              ),
            }))}
          />
        </section>
      )}
    </div>
  );
}
