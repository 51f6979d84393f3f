// Alert rules on the metrics of one Event Grid system topic, and the setting that sends these metrics to the
// workspace, which the alert intake-silent needs.
targetScope = 'resourceGroup'

@description('Resource id of the Log Analytics workspace that has the audit records.')
param workspaceId string

@description('Name of the system topic of a source workspace, in this resource group.')
param systemTopicName string

@description('Name of the event subscription that leads to the service; *: all of the topic.')
param eventSubscriptionName string

@description('What the names of the rules begin with.')
param namePrefix string

@description('Resource ids of the action groups to tell.')
param actionGroupIds array

@description('Severities that are not the usual ones, by the name of the alert.')
param severities object

@description('More failed attempts than this within half an hour are told.')
param failingDeliveries int

@description('Whether the metrics are sent to the workspace; not where another setting sends them there already.')
param sendMetrics bool = true

@description('Whether the rules are evaluated.')
param enabled bool

@description('Tags.')
param tags object

var severity = union({ 'dead-letters': 1, 'dropped-events': 1, 'deliveries-fail': 2 }, severities)

var metrics = [
  {
    name: 'dead-letters'
    metric: 'DeadLetteredCount'
    threshold: 0
    description: 'Event Grid gave an event up and put it into the storage container for dead letters: a model version was registered, and nobody looks at it any more. The event says which, and why (deadLetterReason). When the cause is gone: promote submit --model <model> --version <version> --reason "<the event was a dead letter>".'
  }
  {
    name: 'dropped-events'
    metric: 'DroppedEventCount'
    threshold: 0
    description: 'Event Grid gave an event up, and it is gone, because the event subscription has no place for dead letters. Compare the registered versions with promote list, and for each that is missing: promote submit --model <model> --version <version> --reason "<the event was dropped>". Give the subscription a place for dead letters.'
  }
  {
    name: 'deliveries-fail'
    metric: 'DeliveryAttemptFailCount'
    threshold: failingDeliveries
    description: 'Event Grid cannot deliver events to the service. It tries again for a day, so nothing is lost yet. Look: is the function app running, and is /runtime/webhooks/* excluded from authentication? A broken policy does it too: promote policy check promotion.yaml.'
  }
]

resource topic 'Microsoft.EventGrid/systemTopics@2022-06-15' existing = {
  name: systemTopicName
}

// A category goes to a workspace by one setting at most: Azure answers 409 to a second one.
resource metricsToWorkspace 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (sendMetrics) {
  name: '${namePrefix}-metrics'
  scope: topic
  properties: {
    workspaceId: workspaceId
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}

resource rules 'Microsoft.Insights/metricAlerts@2018-03-01' = [
  for rule in metrics: {
    name: '${namePrefix}-${rule.name}-${systemTopicName}'
    location: 'global'
    tags: tags
    properties: {
      description: rule.description
      enabled: enabled
      severity: severity[rule.name]
      scopes: [topic.id]
      evaluationFrequency: 'PT5M'
      windowSize: 'PT30M'
      autoMitigate: true
      criteria: {
        'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
        allOf: [
          {
            name: rule.name
            criterionType: 'StaticThresholdCriterion'
            metricNamespace: 'Microsoft.EventGrid/systemTopics'
            metricName: rule.metric
            timeAggregation: 'Total'
            operator: 'GreaterThan'
            threshold: rule.threshold
            dimensions: [{ name: 'EventSubscriptionName', operator: 'Include', values: [eventSubscriptionName] }]
          }
        ]
      }
      actions: [for id in actionGroupIds: { actionGroupId: id }]
    }
  }
]
