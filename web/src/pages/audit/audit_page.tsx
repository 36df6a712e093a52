import { Button, Empty, Table } from "antd";
import { useState } from "react";
import type { AuditEntry } from "../../api/people";
import { useApi } from "../../app/session";
import { useFormat, useText } from "../../lang/language";
import { useAction } from "../../parts/action";
import { useLoad } from "../../parts/load";
import { Load, Page } from "../../parts/page";
import { Plain } from "../../parts/plain";

export default function AuditPage() {
  const { admin, common } = useText();
  const format = useFormat();
  const api = useApi();
  const { busy, act } = useAction();
  const loaded = useLoad("audit", (signal) => api.people.audit(null, signal));
  const [more, setMore] = useState<{ items: AuditEntry[]; next: string | null } | null>(null);
  const columns = admin.auditColumns;
  return (
    <Page title={admin.audit} intro={admin.auditIntro} wide>
      <Load of={loaded}>
        {(first) => {
          const next = more ? more.next : first.next;
          const load = () =>
            act(async () => {
              const page = await api.people.audit(next);
              setMore({ items: [...(more?.items ?? []), ...page.items], next: page.next });
            });
          return (
            <>
              <Table<AuditEntry>
                size="small"
                rowKey="id"
                pagination={false}
                scroll={{ x: 760 }}
                dataSource={[...first.items, ...(more?.items ?? [])]}
                locale={{ emptyText: <Empty description={admin.auditEmpty} /> }}
                columns={[
                  { title: columns.time, className: "nowrap", render: (_, entry) => format.time(entry.time) },
                  { title: columns.actor, render: (_, entry) => <Plain text={entry.actor} /> },
                  { title: columns.action, render: (_, entry) => <code>{entry.action}</code> },
                  { title: columns.subject, render: (_, entry) => <Plain text={entry.subject} /> },
                  { title: columns.from, render: (_, entry) => <Plain text={entry.from} /> },
                ]}
              />
              {next !== null && (
                <Button loading={busy} onClick={() => void load()}>
                  {common.more}
                </Button>
              )}
            </>
          );
        }}
      </Load>
    </Page>
  );
}
