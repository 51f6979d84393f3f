from promotion.cli.formats import Format, told
from promotion.core.policy.mistakes import Mistake

ODD = Mistake(file="a:b,c;d]%.yaml", line=2, column=3, where="", what="50 % of\r\na;b,c:d]")


def test_github_gets_its_own_escapes():
    assert told(ODD, Format.GITHUB) == (
        "::error file=a%3Ab%2Cc;d]%25.yaml,line=2,col=3::50 %25 of%0D%0Aa;b,c:d]"
    )


def test_azure_pipelines_gets_its_own_escapes():
    assert told(ODD, Format.AZURE_PIPELINES) == (
        "##vso[task.logissue type=error;sourcepath=a:b,c%3Bd%5D%AZP25.yaml;linenumber=2;"
        "columnnumber=3]50 %AZP25 of%0D%0Aa;b,c:d]"
    )
