// Alert rules that ask the audit records. What each means: docs/how-to/install-the-dashboards.md.
targetScope = 'resourceGroup'

@description('Resource id of the Log Analytics workspace that has the tables AppEvents and AzureMetrics.')
param workspaceId string

@description('Region of the workspace.')
param location string

@description('What the names of the rules begin with.')
param namePrefix string

@description('Resource ids of the action groups to tell.')
param actionGroupIds array

@description('Resource ids of the Event Grid system topics whose metrics come to the workspace.')
param systemTopicIds array

@description('Severities that are not the usual ones, by the name of the alert.')
param severities object

@description('An approval that has waited for more hours than this is told.')
param approvalHours int

@description('Whether the rules are evaluated.')
param enabled bool

@description('Tags.')
param tags object

var severity = union({ failed: 1, 'rolled-back': 2, 'approval-waits': 3, 'policy-refused': 2, 'intake-silent': 1 }, severities)

// The window is longer than the time between two looks, because records come late; an alert that is
// firing already does not fire again. Two days are the longest that there are.
var always = [
  {
    name: 'failed'
    title: 'A promotion failed'
    description: 'A promotion could not go on. Look: promote show <promotion_id> says the reason and what to do about it. When that is done: promote retry <promotion_id> --reason "<what was mended>". It is resolved when half an hour has passed, not when the cause is gone.'
    query: loadTextContent('failed.kql')
    every: 'PT5M'
    window: 'PT30M'
    aggregation: 'Count'
    measure: null
    threshold: 0
    dimensions: [
      { name: 'promotion_id', operator: 'Include', values: ['*'] }
      { name: 'stage', operator: 'Include', values: ['*'] }
    ]
  }
  {
    name: 'rolled-back'
    title: 'A rollout was taken back'
    description: 'A version did not do well at a stage, so the service went back to the one before it. What people roll back or stop is not told. Look: promote show <promotion_id> says which test or check failed, with the figures; promote targets says what serves now. Mend the model or its deployment and register a new version; if only the surroundings were to blame: promote retry <promotion_id> --reason "<what was mended>". It is resolved when half an hour has passed.'
    query: loadTextContent('../queries/rollbacks.kql')
    every: 'PT5M'
    window: 'PT30M'
    aggregation: 'Count'
    measure: null
    threshold: 0
    dimensions: [
      { name: 'promotion_id', operator: 'Include', values: ['*'] }
      { name: 'stage', operator: 'Include', values: ['*'] }
      { name: 'how', operator: 'Include', values: ['automatic'] }
    ]
  }
  {
    name: 'approval-waits'
    title: 'An approval waits for too long'
    description: 'A version has waited for an approval for more than ${approvalHours} hours. Look: promote list --status waiting. Somebody who may decide: promote show <promotion_id>, then promote approve <promotion_id> --comment "<why>" or promote reject <promotion_id> --comment "<why>". It is resolved when it is decided, and also two days after it was asked for, because a rule looks back no further.'
    query: loadTextContent('../queries/waiting-now.kql')
    every: 'PT1H'
    window: 'P2D'
    aggregation: 'Maximum'
    measure: 'waited_s'
    threshold: approvalHours * 3600
    dimensions: [
      { name: 'promotion_id', operator: 'Include', values: ['*'] }
      { name: 'stage', operator: 'Include', values: ['*'] }
      { name: 'waiting_for', operator: 'Include', values: ['approval'] }
    ]
  }
  {
    name: 'policy-refused'
    title: 'A changed policy was refused'
    description: 'Somebody changed the policy, and it is broken: the last good one stays in force until the next start of an instance, which then has none. The reason lists every mistake with its line. Look: promote policy check promotion.yaml, on the changed file. Mend it soon and put it in place again. It is resolved when a good one is in force, and also after two days.'
    query: loadTextContent('policy-refused.kql')
    every: 'PT15M'
    window: 'P2D'
    aggregation: 'Count'
    measure: null
    threshold: 0
    dimensions: []
  }
]

var topics = join(systemTopicIds, ',')

var withTopics = [
  {
    name: 'intake-silent'
    title: 'Models are registered, and the service does not hear of them'
    description: 'For at least half an hour Event Grid has had events for the service, and none of the last two hours is recorded: neither as a promotion, nor as ignored or a duplicate. Look: is the function app running, does the event subscription lead to its function on_model_registered, is /runtime/webhooks/* excluded from authentication? Event Grid tries again for a day. What it gives up: promote submit --model <model> --version <version> --reason "<the event was lost>".'
    query: replace(loadTextContent('intake-silent.kql'), 'let topics = "";', 'let topics = "${topics}";')
    every: 'PT30M'
    window: 'PT2H'
    aggregation: 'Total'
    measure: 'matched'
    threshold: 0
    dimensions: []
  }
]

resource rules 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [
  for rule in concat(always, empty(systemTopicIds) ? [] : withTopics): {
    name: '${namePrefix}-${rule.name}'
    location: location
    kind: 'LogAlert'
    tags: tags
    properties: {
      displayName: '${namePrefix}: ${rule.title}'
      description: rule.description
      enabled: enabled
      severity: severity[rule.name]
      scopes: [workspaceId]
      evaluationFrequency: rule.every
      windowSize: rule.window
      autoMitigate: true
      // A table without rows may not be there yet when this is deployed; the tests have checked the query.
      skipQueryValidation: true
      criteria: {
        allOf: [
          {
            query: rule.query
            timeAggregation: rule.aggregation
            metricMeasureColumn: rule.measure
            operator: 'GreaterThan'
            threshold: rule.threshold
            dimensions: rule.dimensions
            failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
          }
        ]
      }
      actions: { actionGroups: actionGroupIds }
    }
  }
]
