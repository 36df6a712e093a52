import { Alert, Checkbox, Form, Input, Modal, Select } from "antd";
import { useState } from "react";
import type { Scope } from "../../api/session";
import { useApi, useRights } from "../../app/session";
import { useText } from "../../lang/language";
import { useAction } from "../../parts/action";
import { Copyable } from "../../parts/copyable";

const kDays = [30, 90, 365];

/** Not `required`: antd would put aria-required on a plain box. */
const atLeastOne = (message: string) => ({
  validator: (_: unknown, chosen: Scope[]) =>
    chosen.length > 0 ? Promise.resolve() : Promise.reject(new Error(message)),
});

interface Values {
  name: string;
  scopes: Scope[];
  days: number;
}

export function NewKeyDialog({ onClose }: { onClose: () => void }) {
  const { admin, common } = useText();
  const api = useApi();
  const rights = useRights();
  const { busy, act } = useAction();
  const [form] = Form.useForm<Values>();
  const [secret, setSecret] = useState<string | null>(null);
  const scopes: Scope[] = [
    "ask",
    "search",
    "read",
    ...(rights.write ? (["write"] as const) : []),
    ...(rights.admin ? (["admin"] as const) : []),
  ];

  const make = ({ name, scopes: chosen, days }: Values) =>
    act(async () => {
      const made = await api.session.makeKey(name.trim(), chosen, days === 0 ? null : days);
      setSecret(made.secret);
    });
  if (secret !== null) {
    return (
      <Modal
        open
        title={admin.keyMade}
        okText={admin.keyDone}
        cancelButtonProps={{ hidden: true }}
        maskClosable={false}
        onOk={onClose}
        onCancel={onClose}
      >
        <div className="stack">
          <Alert type="warning" showIcon message={admin.keyMadeHint} />
          <Copyable text={secret} />
        </div>
      </Modal>
    );
  }
  return (
    <Modal
      open
      title={admin.addKey}
      okText={common.create}
      confirmLoading={busy}
      onOk={() => form.submit()}
      onCancel={onClose}
    >
      <Form<Values>
        form={form}
        layout="vertical"
        requiredMark={false}
        initialValues={{ scopes: ["ask", "search", "read"], days: 90 }}
        onFinish={(values) => void make(values)}
      >
        <Form.Item name="name" label={admin.keyName} rules={[{ required: true, whitespace: true }]}>
          <Input maxLength={100} placeholder={admin.keyNamePlaceholder} />
        </Form.Item>
        <Form.Item name="scopes" label={admin.scopes} rules={[atLeastOne(admin.needScope)]}>
          <Checkbox.Group options={scopes.map((value) => ({ value, label: admin.scopeNames[value] }))} />
        </Form.Item>
        <Form.Item name="days" label={admin.expires}>
          <Select
            options={[
              ...kDays.map((days) => ({ value: days, label: admin.days(days) })),
              { value: 0, label: admin.forever },
            ]}
          />
        </Form.Item>
      </Form>
    </Modal>
  );
}
