import { Button, Empty, Table } from "antd";
import type { AuditEntry } from "../../api/people";
import { useApi } from "../../app/session";
import { useFormat, useText } from "../../lang/language";
import { Load, Page } from "../../parts/page";
import { usePages } from "../../parts/pages";
import { Plain } from "../../parts/plain";

export default function AuditPage() {
  const { admin, common } = useText();
  const format = useFormat();
  const api = useApi();
  const loaded = usePages("audit", (after, signal) => api.people.audit(after, signal));
  const columns = admin.auditColumns;
  return (
    <Page title={admin.audit} intro={admin.auditIntro} wide>
      <Load of={loaded}>
        {({ items }) => (
          <>
            <Table<AuditEntry>
              size="small"
              rowKey="id"
              pagination={false}
              scroll={{ x: 760 }}
              dataSource={items}
              locale={{ emptyText: <Empty description={admin.auditEmpty} /> }}
              columns={[
                { title: columns.time, className: "nowrap", render: (_, entry) => format.time(entry.time) },
                { title: columns.actor, render: (_, entry) => <Plain text={entry.actor || "–"} /> },
                { title: columns.action, render: (_, entry) => <code>{entry.action}</code> },
                { title: columns.subject, render: (_, entry) => <Plain text={entry.subject} /> },
                { title: columns.from, render: (_, entry) => <Plain text={entry.from} /> },
              ]}
            />
            {loaded.more && (
              <Button loading={loaded.busy} onClick={loaded.more}>
                {common.more}
              </Button>
            )}
          </>
        )}
      </Load>
    </Page>
  );
}
