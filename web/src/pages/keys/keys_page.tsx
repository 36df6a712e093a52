import { KeyOutlined, PlusOutlined } from "@ant-design/icons";
import { App, Button, Table, Tag } from "antd";
import { useState } from "react";
import type { Key } from "../../api/session";
import { useApi } from "../../app/session";
import { useFormat, useText } from "../../lang/language";
import { useAction } from "../../parts/action";
import { useLoad } from "../../parts/load";
import { EmptyState, Load, Page } from "../../parts/page";
import { Plain } from "../../parts/plain";
import { oneLine } from "../../text/printable";
import { NewKeyDialog } from "./new_key";

const example = (origin: string) =>
  `from openai import OpenAI\nclient = OpenAI(base_url="${origin}/v1", api_key="cvp_…")\nclient.chat.completions.create(model="cvp", messages=[{"role": "user", "content": "…"}])`;

function KeyTable({ keys, onChanged }: { keys: Key[]; onChanged: () => void }) {
  const { admin, common } = useText();
  const format = useFormat();
  const api = useApi();
  const { modal } = App.useApp();
  const { act } = useAction();
  const confirmRevoke = (key: Key) =>
    modal.confirm({
      title: admin.revokeTitle(oneLine(key.name)),
      content: admin.revokeHint,
      okText: admin.revoke,
      okButtonProps: { danger: true },
      cancelText: common.cancel,
      onOk: async () => {
        if (await act(() => api.session.revokeKey(key.id))) onChanged();
      },
    });
  const columns = admin.keyColumns;
  const expiry = (key: Key) => {
    if (key.expires === null) return admin.forever;
    return key.expires * 1000 < Date.now() ? (
      <Tag color="error">{admin.expired}</Tag>
    ) : (
      format.date(key.expires)
    );
  };
  return (
    <Table<Key>
      rowKey="id"
      dataSource={keys}
      pagination={false}
      scroll={{ x: 820 }}
      columns={[
        { title: columns.name, render: (_, key) => <Plain text={key.name} /> },
        { title: columns.key, render: (_, key) => <code>{key.prefix}…</code> },
        {
          title: columns.scopes,
          render: (_, key) => key.scopes.map((scope) => <Tag key={scope}>{admin.scopeNames[scope]}</Tag>),
        },
        { title: columns.created, render: (_, key) => format.date(key.created) },
        {
          title: columns.used,
          render: (_, key) => (key.last_used === null ? common.never : format.ago(key.last_used)),
        },
        { title: columns.expires, render: (_, key) => expiry(key) },
        {
          title: common.actions,
          align: "right",
          render: (_, key) => (
            <Button
              danger
              size="small"
              aria-label={`${admin.revoke}: ${oneLine(key.name)}`}
              onClick={() => confirmRevoke(key)}
            >
              {admin.revoke}
            </Button>
          ),
        },
      ]}
    />
  );
}

export default function KeysPage() {
  const { admin } = useText();
  const api = useApi();
  const [making, setMaking] = useState(false);
  const loaded = useLoad("keys", (signal) => api.session.keys(signal));
  const add = (
    <Button type="primary" icon={<PlusOutlined />} onClick={() => setMaking(true)}>
      {admin.addKey}
    </Button>
  );
  return (
    <Page title={admin.keys} intro={admin.keysIntro} wide actions={add}>
      <Load of={loaded}>
        {({ items }) =>
          items.length === 0 ? (
            <>
              <EmptyState icon={<KeyOutlined />} title={admin.noKeys}>
                {admin.noKeysHint}
              </EmptyState>
              <pre className="key-example">
                <code>{example(location.origin)}</code>
              </pre>
            </>
          ) : (
            <KeyTable keys={items} onChanged={loaded.reload} />
          )
        }
      </Load>
      {making && (
        <NewKeyDialog
          onClose={() => {
            setMaking(false);
            loaded.reload();
          }}
        />
      )}
    </Page>
  );
}
