import { Button, Checkbox, Form, InputNumber } from "antd";
import { useState } from "react";
import type { RecommendRequest } from "../../api/machine";
import { useApi } from "../../app/session";
import { useText } from "../../lang/language";
import { useLoad } from "../../parts/load";
import { Load } from "../../parts/page";
import { Recommended } from "./recommended";

const kFirst: RecommendRequest = {
  languages: ["zh", "en"],
  documents: 1000,
  users: 1,
  first_token_s: 30,
  budget: null,
};

export default function RecommendPane() {
  const { planner } = useText();
  const api = useApi();
  const [request, setRequest] = useState(kFirst);
  const loaded = useLoad(JSON.stringify(request), (signal) => api.machine.recommend(request, signal));
  return (
    <div className="planner">
      <Form
        layout="vertical"
        className="planner-form"
        initialValues={kFirst}
        onFinish={(values: Partial<RecommendRequest>) => {
          // No language chosen means no wish.
          const languages = values.languages?.length ? values.languages : kFirst.languages;
          setRequest({ ...request, ...values, languages });
        }}
      >
        <Form.Item name="languages" label={planner.languages}>
          <Checkbox.Group
            options={[
              { value: "zh", label: planner.chinese },
              { value: "en", label: planner.english },
            ]}
          />
        </Form.Item>
        <Form.Item name="documents" label={planner.documents} rules={[{ required: true }]}>
          <InputNumber min={1} max={10_000_000} precision={0} />
        </Form.Item>
        <Form.Item name="users" label={planner.users} rules={[{ required: true }]}>
          <InputNumber min={1} max={1000} precision={0} />
        </Form.Item>
        <Form.Item name="first_token_s" label={planner.seconds} rules={[{ required: true }]}>
          <InputNumber min={1} max={600} precision={0} />
        </Form.Item>
        <Button type="primary" htmlType="submit" loading={loaded.loading}>
          {planner.recommendSubmit}
        </Button>
      </Form>
      <div className="planner-result">
        <Load of={loaded}>{(result) => <Recommended result={result} />}</Load>
      </div>
    </div>
  );
}
