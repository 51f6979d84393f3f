"""What operations ask of the audit records: the queries of dashboards/, answered here.

The same files run in Log Analytics. Here they run on an audit file (`audit_file`) or ask a Log
Analytics workspace (`log_analytics`), and the answers are shown as text or as a page. The function
app has no part in it.
"""
